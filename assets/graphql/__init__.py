"""Assets, sensors and series in the public interface."""
