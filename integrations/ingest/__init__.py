"""From what a peer or a file says to values on a sensor's grid. Pure."""
