"""The demo: two metering companies, made up but lifelike, planned through the real product."""
