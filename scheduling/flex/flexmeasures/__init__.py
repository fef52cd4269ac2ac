"""FlexMeasures notation: flex-context, flex-models, groups, stocks and series as a document."""

from scheduling.flex.flexmeasures.document import document_from_flexmeasures, until_last_target

__all__ = ["document_from_flexmeasures", "until_last_target"]
