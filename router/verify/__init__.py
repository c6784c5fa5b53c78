"""Checking an answer against its evidence, by code: nothing here asks a model or knows a price.

`answer` runs all checks of one answer. `statement` and `schema` hold its form, `library` is the evidence as checks
read it, `citations`, `quotes` and `names` hold what is cited, quoted and named. `figures`, `movement`, `order` and
`record` hold numbers, series, what came first, and what is recorded; `reading` reads prose for all of them.
"""
