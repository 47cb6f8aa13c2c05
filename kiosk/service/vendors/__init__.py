"""What several connectors of one vendor share: their REST interface, their tokens, their forms."""
