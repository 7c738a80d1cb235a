-- one row: a form that a place needs in a quarter, in one case
-- answers: the demand: what was bought, filled up to what the model says of the product group
-- leaves out: where it came from. Raw kg
with factors as (
  select
    scenario,
    max(case when evidence = 'reported' then demand_factor end) as reported,
    max(case when evidence = 'derived' then demand_factor end) as derived,
    max(case when evidence = 'assumed' then demand_factor end) as assumed
  from int_scenario_factors
  group by scenario
),

cases as (
  select
    known.quarter_index,
    known.place,
    known.product_group,
    known.form,
    factors.scenario,
    known.observed,
    known.total_observed,
    known.reported * factors.reported + known.derived * factors.derived + known.assumed * factors.assumed as modelled,
    known.total_reported * factors.reported
      + known.total_derived * factors.derived
      + known.total_assumed * factors.assumed as total_modelled,
    complete.place is not null as is_complete
  from int_demand_known as known
  left join int_purchases_completed as complete
    on complete.quarter_index = known.quarter_index
    and complete.place = known.place
    and complete.product_group = known.product_group
  cross join factors
),

filled as (
  select
    quarter_index,
    place,
    product_group,
    form,
    scenario,
    observed,
    case
      when is_complete or total_modelled <= total_observed then 0e0
      else (total_modelled - total_observed) * modelled / nullif(1e0 * total_modelled, 0e0)
    end as fill
  from cases
),

int_place_demand as (
  select
    quarter_index,
    place,
    product_group,
    form,
    scenario,
    observed + fill as demand_kg
  from filled
)

select * from int_place_demand
