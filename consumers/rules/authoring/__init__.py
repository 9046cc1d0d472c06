"""What people do with rules before they trust them: explain, test, be warned, add a test. Not in the service's way."""
