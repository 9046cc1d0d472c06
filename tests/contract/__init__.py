"""One suite per port, run against every adapter of it. The suites know the ports only."""
