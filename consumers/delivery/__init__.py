"""From alert revisions to whoever subscribed: publish once, send to channels."""
