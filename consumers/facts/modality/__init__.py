"""Whether what is told happened: denied, only possible, planned, claimed by a party, or long past."""

from consumers.facts.modality.reader import ModalityReader

__all__ = ["ModalityReader"]
