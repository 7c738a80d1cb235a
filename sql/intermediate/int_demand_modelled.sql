-- one row: a form that a place needs in a quarter by the model, from rows of one evidence
-- answers: portions × grams, and how well they are known
-- leaves out: purchases; rows with no portions or no grams
with servings as (
  select
    portions.quarter_index,
    portions.place,
    profiles.product_group,
    profiles.form,
    -- the worse of the two: assumed < derived < reported is also how the words sort
    least(portions.evidence, profiles.evidence) as evidence,
    portions.portions * profiles.grams_per_portion / 1000e0 as form_kg
  from stg_portions as portions
  join stg_portion_profiles as profiles on profiles.segment = portions.segment
  where portions.portions > 0e0 and profiles.grams_per_portion > 0e0
),

int_demand_modelled as (
  select quarter_index, place, product_group, form, evidence, sum(form_kg) as form_kg
  from servings
  group by quarter_index, place, product_group, form, evidence
)

select * from int_demand_modelled
