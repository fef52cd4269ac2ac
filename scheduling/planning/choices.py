"""Names that a request may give in place of an engine's, and the engine that refines."""

from typing import Final

#: The engine is chosen by the model's structure.
AUTO: Final = "auto"
#: Knows the exact equations of what bends.
REFINER: Final = "gekko"
