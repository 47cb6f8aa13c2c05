"""OAuth2 client credentials: who may call the service, and for what."""
