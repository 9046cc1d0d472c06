"""The stages that consume the log: rules, matching, alerting, delivery."""
