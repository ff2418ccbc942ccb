"""`claimwatch claim`, `article` and `finding`: their verbs stand in several files."""

from __future__ import annotations

from claimwatch import cli_claims, cli_histories, cli_rulings
from claimwatch.cli_articles import articles_group, findings_group
from claimwatch.cli_seeds import claims_group

cli_claims.add_to(claims_group)
cli_histories.add_to(articles_group)
cli_rulings.add_to(findings_group)
