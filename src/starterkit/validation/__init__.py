"""Proving a template: each rule, for the base project and for each step, in real environments."""

from __future__ import annotations

from starterkit.validation.model import Finding, Report, Rule, RuleResult, Status

__all__ = ["Finding", "Report", "Rule", "RuleResult", "Status"]
