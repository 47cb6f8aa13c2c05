"""Where credentials are registered: one adapter for each kind of relying party."""
