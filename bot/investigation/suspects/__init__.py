"""Suspects ranked without a model: the evidence-only verdict, and the first thing a model gets."""

from bot.investigation.suspects.ranking import DeploySuspect, Suspect, Suspects, rank

__all__ = ["DeploySuspect", "Suspect", "Suspects", "rank"]
