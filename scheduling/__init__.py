"""From a site's flexibility to setpoints."""
