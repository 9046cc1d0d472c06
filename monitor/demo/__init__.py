"""The sample news of the demo and the server that publishes it."""
