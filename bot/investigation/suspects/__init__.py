"""Suspects ranked without a model: the evidence-only verdict, and the first thing a model gets."""

from bot.investigation.suspects.deploys import DeploySuspect
from bot.investigation.suspects.ranking import Suspect, Suspects, rank

__all__ = ["DeploySuspect", "Suspect", "Suspects", "rank"]
