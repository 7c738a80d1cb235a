-- one row: a product group in a zone with demand for it in any of the four quarters of the year
-- answers: in how many quarters and from how many places, how much of it is observed, when a contract ends next
-- leaves out: the low and the high case. demand_coverage is that of the newest quarter with demand
with params (last_day) as (values (:last_day)),

observed as (
  select sources.quarter_index, sources.cell, sum(sources.observed_kg / nullif(1e0 * forms.yield, 0e0)) as observed_kg
  from int_demand_sources as sources
  join int_cell_forms as forms on forms.cell = sources.cell and forms.form = sources.form
  group by sources.quarter_index, sources.cell
),

quarters as (
  select
    balances.cell,
    balances.demand_kg,
    observed.observed_kg,
    coverage.demand_coverage,
    row_number() over (partition by balances.cell order by balances.age) as recency
  from int_zone_balances as balances
  join int_demand_coverage as coverage
    on coverage.quarter_index = balances.quarter_index and coverage.cell = balances.cell
  join observed on observed.quarter_index = balances.quarter_index and observed.cell = balances.cell
  where balances.scenario = 'central' and balances.has_demand
),

years as (
  select
    cell,
    count(*) as quarters,
    sum(observed_kg) / nullif(1e0 * sum(demand_kg), 0e0) as observed_share,
    max(case when recency = 1 then demand_coverage end) as demand_coverage
  from quarters
  group by cell
),

buyers as (
  select cells.cell, count(distinct buyers.place) as buyers
  from int_buyers as buyers
  join int_place_cells as cells on cells.place = buyers.place and cells.product_group = buyers.product_group
  group by cells.cell
),

windows as (
  select cells.cell, min(contracts.ends_on) as next_window
  from stg_contracts as contracts
  join int_place_cells as cells
    on cells.place = contracts.place and cells.product_group = contracts.product_group
  cross join params
  where contracts.ends_on >= params.last_day
  group by cells.cell
),

int_zone_years as (
  select
    years.cell,
    years.quarters,
    coalesce(buyers.buyers, 0) as buyers,
    years.observed_share,
    years.demand_coverage,
    windows.next_window
  from years
  left join buyers on buyers.cell = years.cell
  left join windows on windows.cell = years.cell
)

select * from int_zone_years
