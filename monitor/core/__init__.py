"""What every part shares: values, errors, codec, ports, settings, metrics. Imports nothing else of ours."""
