"""Templates: what they are, how they are read, and those that come with starterkit."""

from starterkit.template.bundled import bundled_folder, bundled_names, bundled_template, skeleton_folder, templates_in
from starterkit.template.model import (
    BASE,
    AcceptedMutant,
    Commands,
    Environment,
    FolderSource,
    Hint,
    Link,
    Source,
    Step,
    Template,
    Trait,
)
from starterkit.template.reading import FORMAT, read_step, read_template

__all__ = [
    "BASE",
    "FORMAT",
    "AcceptedMutant",
    "Commands",
    "Environment",
    "FolderSource",
    "Hint",
    "Link",
    "Source",
    "Step",
    "Template",
    "Trait",
    "bundled_folder",
    "bundled_names",
    "bundled_template",
    "read_step",
    "read_template",
    "skeleton_folder",
    "templates_in",
]
