-- one row: a product group that the model says a place eats far more or less of than it bought, and a delivery behind
-- answers: where portions, profiles or the word that the purchases are complete must be wrong in the asked quarter
-- leaves out: places whose purchases are not complete; a ratio of 0.7 to 1.4. Raw kg
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

totals as (
  select
    known.place,
    known.product_group,
    max(known.total_observed) as observed_kg,
    max(known.total_reported + known.total_derived + known.total_assumed) as modelled_kg
  from int_demand_known as known
  join params on params.quarter_index = known.quarter_index
  join int_purchases_completed as complete
    on complete.quarter_index = known.quarter_index
    and complete.place = known.place
    and complete.product_group = known.product_group
  group by known.place, known.product_group
),

compared as (
  select
    place, product_group, observed_kg, modelled_kg,
    case
      when observed_kg <= 5e-4 then 'nothing_bought'
      when modelled_kg <= 5e-4 then 'nothing_modelled'
      when modelled_kg < observed_kg then 'below'
      else 'above'
    end as kind
  from totals
  where observed_kg > 5e-4 or modelled_kg > 5e-4
),

apart as (
  select place, product_group, observed_kg, modelled_kg, kind
  from compared
  -- a hair wider, so that a ratio of exactly 0.7 or 1.4 is inside
  where modelled_kg < (0.7e0 - 1e-9) * observed_kg or modelled_kg > (1.4e0 + 1e-9) * observed_kg
),

delivered as (
  select rolled_purchases.place, rolled_purchases.product_group, inputs.delivery
  from rolled_purchases
  join inputs on inputs.row_name = rolled_purchases.delivery
  join params on params.quarter_index = inputs.quarter_index
  where rolled_purchases.year between :first_year and :last_year
  union all
  select portions.place, profiles.product_group, inputs.delivery
  from portions
  join stg_portion_profiles as profiles on profiles.segment = portions.segment
  join inputs on inputs.row_name = portions.delivery
  join params on params.quarter_index = inputs.quarter_index
  where portions.year between :first_year and :last_year
  union all
  select apart.place, apart.product_group, inputs.delivery
  from apart
  cross join inputs
  where inputs.dataset in ('complete_purchases', 'portion_profiles')
),

model_near_complete_purchases as (
  select distinct
    'warning' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    apart.place,
    apart.product_group,
    cast(null as varchar) as item,
    cast(null as varchar) as actor,
    apart.kind,
    apart.modelled_kg as found,
    apart.observed_kg as bound,
    'raw kg' as unit,
    delivered.delivery
  from apart
  left join delivered on delivered.place = apart.place and delivered.product_group = apart.product_group
  cross join params
)

select * from model_near_complete_purchases
