-- one row: a product group in a zone with demand for it in any of the four quarters of the year
-- answers: in how many quarters and from how many places, how much of it is observed, when a contract ends next
-- leaves out: the low and the high case. demand_coverage is that of the newest quarter with demand
with params (last_day) as (values (:last_day)),

quarters as (
  select
    balances.zoning,
    balances.zone,
    balances.product_group,
    balances.demand_kg,
    balances.observed_kg,
    coverage.demand_coverage,
    row_number() over (
      partition by balances.zoning, balances.zone, balances.product_group
      order by balances.age
    ) as recency
  from int_zone_balances as balances
  join int_demand_coverage as coverage
    on coverage.quarter_index = balances.quarter_index
    and coverage.zoning = balances.zoning
    and coverage.zone = balances.zone
    and coverage.product_group = balances.product_group
  where balances.scenario = 'central' and balances.has_demand
),

years as (
  select
    zoning,
    zone,
    product_group,
    count(*) as quarters,
    sum(observed_kg) / nullif(1e0 * sum(demand_kg), 0e0) as observed_share,
    max(case when recency = 1 then demand_coverage end) as demand_coverage
  from quarters
  group by zoning, zone, product_group
),

buyers as (
  select zones.zoning, zones.zone, buyers.product_group, count(distinct buyers.place) as buyers
  from int_buyers as buyers
  join int_place_zones as zones on zones.place = buyers.place
  where zones.has_gaps
  group by zones.zoning, zones.zone, buyers.product_group
),

windows as (
  select zones.zoning, zones.zone, contracts.product_group, min(contracts.ends_on) as next_window
  from stg_contracts as contracts
  join int_place_zones as zones on zones.place = contracts.place
  cross join params
  where contracts.ends_on >= params.last_day
  group by zones.zoning, zones.zone, contracts.product_group
),

int_zone_years as (
  select
    years.zoning,
    years.zone,
    years.product_group,
    years.quarters,
    coalesce(buyers.buyers, 0) as buyers,
    years.observed_share,
    years.demand_coverage,
    windows.next_window
  from years
  left join buyers
    on buyers.zoning = years.zoning and buyers.zone = years.zone and buyers.product_group = years.product_group
  left join windows
    on windows.zoning = years.zoning and windows.zone = years.zone and windows.product_group = years.product_group
)

select * from int_zone_years
