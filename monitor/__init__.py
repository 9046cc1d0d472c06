"""The service around the rules: feeds in, log and stores, page and API, command line."""
