"""What there is and what is known of it: tree, sensors, beliefs, time, units."""
