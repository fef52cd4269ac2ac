"""Admin of assets, for a tenant's operators: look here, change through services."""

from assets.admin.sensors import SensorAdmin, SourceAdmin
from assets.admin.tree import AssetAdmin

__all__ = ["AssetAdmin", "SensorAdmin", "SourceAdmin"]
