"""Traces of requests, calls and chores, for whoever looks after many replicas (OpenTelemetry, the extra `otel`)."""
