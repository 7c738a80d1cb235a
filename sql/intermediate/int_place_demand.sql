-- one row: a form that a place needs in a quarter, in one case
-- answers: what was bought, what the model says, and the demand: purchases filled up to the model
-- leaves out: where it came from. Raw kg
with quantities as (
  select quarter_index, place, product_group, form, form_kg as observed, 0e0 as reported, 0e0 as derived, 0e0 as assumed
  from int_demand_observed
  union all
  select
    quarter_index,
    place,
    product_group,
    form,
    0e0 as observed,
    case when evidence = 'reported' then form_kg else 0e0 end as reported,
    case when evidence = 'derived' then form_kg else 0e0 end as derived,
    case when evidence = 'assumed' then form_kg else 0e0 end as assumed
  from int_demand_modelled
),

forms as (
  select
    quantities.quarter_index,
    quantities.place,
    quantities.product_group,
    quantities.form,
    sum(quantities.observed) / nullif(1e0 * paths.yield, 0e0) as observed,
    sum(quantities.reported) / nullif(1e0 * paths.yield, 0e0) as reported,
    sum(quantities.derived) / nullif(1e0 * paths.yield, 0e0) as derived,
    sum(quantities.assumed) / nullif(1e0 * paths.yield, 0e0) as assumed
  from quantities
  join int_form_paths as paths
    on paths.product_group = quantities.product_group and paths.form = quantities.form
  group by quantities.quarter_index, quantities.place, quantities.product_group, quantities.form, paths.yield
),

factors as (
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
    forms.quarter_index,
    forms.place,
    forms.product_group,
    forms.form,
    factors.scenario,
    forms.observed,
    forms.reported * factors.reported + forms.derived * factors.derived + forms.assumed * factors.assumed as modelled
  from forms
  cross join factors
),

totals as (
  select
    quarter_index,
    place,
    product_group,
    form,
    scenario,
    observed,
    modelled,
    sum(observed) over (partition by quarter_index, place, product_group, scenario) as total_observed,
    sum(modelled) over (partition by quarter_index, place, product_group, scenario) as total_modelled
  from cases
),

filled as (
  select
    totals.quarter_index,
    totals.place,
    totals.product_group,
    totals.form,
    totals.scenario,
    totals.observed,
    totals.modelled,
    case
      when complete.place is not null or totals.total_modelled = 0e0 then 0e0
      else greatest(0e0, totals.total_modelled - totals.total_observed)
        * totals.modelled / nullif(totals.total_modelled, 0e0)
    end as fill
  from totals
  left join int_purchases_completed as complete
    on complete.quarter_index = totals.quarter_index
    and complete.place = totals.place
    and complete.product_group = totals.product_group
),

int_place_demand as (
  select
    quarter_index,
    place,
    product_group,
    form,
    scenario,
    observed as observed_kg,
    modelled as modelled_kg,
    fill as fill_kg,
    observed + fill as demand_kg
  from filled
)

select * from int_place_demand
