"""The wire between station and service: frozen values, paths and problem words that both share.

All are standard dataclasses, so that the station's first paint waits for no validation library;
the service (FastAPI) and the station's client (a pydantic TypeAdapter) validate them at the border.
Unknown members are refused on the way in to the service and ignored on the way in to the station,
so that a newer service can serve an older station.
"""
