"""Staff at the kiosk, beside the visit of a person: states, events, effects, and the step between them; no I/O."""
