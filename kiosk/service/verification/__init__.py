"""How a matched person is shown to be that person: codes by mail and SMS, look-ups, confirmation, or nothing."""
