"""Suspects ranked without a model: the evidence-only verdict, and the first thing a model gets."""

from bot.investigation.suspects.deploys import DeploySuspect
from bot.investigation.suspects.ranking import STANDS_OUT, Suspect, Suspects, rank

__all__ = ["STANDS_OUT", "DeploySuspect", "Suspect", "Suspects", "rank"]
