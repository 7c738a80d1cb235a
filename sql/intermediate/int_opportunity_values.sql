-- one row: an instrument and its target in a zone
-- answers: what the year's kg are worth, and the worst evidence of what contributes
-- leaves out: the value where a form that contributes has no price: it is null
with int_opportunity_values as (
  select
    cell,
    instrument,
    target,
    case when not bool_or(contributes and sek is null) then sum(coalesce(sek, 0e0)) end as sek_per_year,
    -- the worst: assumed < derived < reported is also how the words sort
    min(case when contributes then evidence else 'reported' end) as evidence
  from int_opportunity_forms
  group by cell, instrument, target
)

select * from int_opportunity_values
