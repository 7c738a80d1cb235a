-- one row: an instrument and its target in a zone
-- answers: how many kg it would move in a year, in each case, and in its largest quarter
-- leaves out: what would move nothing in the central case
with cases as (
  select
    cell,
    instrument,
    target,
    sum(case when scenario = 'central' then kg else 0e0 end) as kg_per_year,
    sum(case when scenario = 'low' then kg else 0e0 end) as kg_in_low,
    sum(case when scenario = 'high' then kg else 0e0 end) as kg_in_high,
    max(case when scenario = 'central' then kg else 0e0 end) as peak_quarter_kg
  from int_opportunity_amounts
  group by cell, instrument, target
),

int_opportunity_years as (
  select
    cell,
    instrument,
    target,
    kg_per_year,
    least(kg_per_year, kg_in_low, kg_in_high) as kg_low,
    greatest(kg_per_year, kg_in_low, kg_in_high) as kg_high,
    peak_quarter_kg
  from cases
  where kg_per_year > 5e-4
)

select * from int_opportunity_years
