"""The post-mortem of a case: facts folded from its journal, written as Markdown, kept in a folder."""
