"""What end-to-end tests and benchmarks share: a feed server, a running service, a running subscriber."""
