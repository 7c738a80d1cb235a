-- one row: a form that a place needs in a quarter by the model
-- answers: portions × grams, by how well they are known, and the worst evidence among them
-- leaves out: purchases; rows with no portions or no grams. Form kg
with servings as (
  select
    portions.quarter_index,
    portions.place,
    profiles.product_group,
    profiles.form,
    -- the worse of the two: assumed < derived < reported is also how the words sort
    least(portions.evidence, profiles.evidence) as evidence,
    portions.portions * profiles.grams_per_portion / 1000e0 as kg
  from stg_portions as portions
  join stg_portion_profiles as profiles on profiles.segment = portions.segment
  where portions.portions > 0e0 and profiles.grams_per_portion > 0e0
),

int_demand_modelled as (
  select
    quarter_index,
    place,
    product_group,
    form,
    sum(case when evidence = 'reported' then kg else 0e0 end) as reported_kg,
    sum(case when evidence = 'derived' then kg else 0e0 end) as derived_kg,
    sum(case when evidence = 'assumed' then kg else 0e0 end) as assumed_kg,
    min(evidence) as evidence
  from servings
  group by quarter_index, place, product_group, form
)

select * from int_demand_modelled
