"""Past articles through today's rules: the same matching and the same decisions as the service, in stream time."""
