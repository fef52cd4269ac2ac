"""Admin of assets, for a tenant's operators: look here, change through services."""

from assets.admin.annotations import AnnotationAdmin
from assets.admin.sensors import SensorAdmin, SourceAdmin
from assets.admin.tokens import ApiTokenAdmin
from assets.admin.tree import AssetAdmin

__all__ = ["AnnotationAdmin", "ApiTokenAdmin", "AssetAdmin", "SensorAdmin", "SourceAdmin"]
