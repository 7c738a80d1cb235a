-- one row: a form in the portions of a segment
-- answers: how much of each form a portion takes
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'portion_profiles'
),

stg_portion_profiles as (
  select
    portion_profiles.segment,
    portion_profiles.product_group,
    portion_profiles.form,
    portion_profiles.grams_per_portion,
    portion_profiles.evidence
  from portion_profiles
  join effective on effective.row_name = portion_profiles.delivery
)

select * from stg_portion_profiles
