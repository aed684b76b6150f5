"""These files belong to generated projects, so pytest doesn't collect them here."""

collect_ignore_glob = ["*"]
