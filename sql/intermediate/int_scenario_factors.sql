-- one row: a case (low, central, high) and a kind of evidence
-- answers: by what modelled demand, production and capacity of that evidence are multiplied in that case
-- leaves out: purchases, which have no margin
with scenarios (scenario, direction) as (values ('low', -1e0), ('central', 0e0), ('high', 1e0)),

int_scenario_factors as (
  select
    scenarios.scenario,
    uncertainty.evidence,
    1e0 + scenarios.direction * uncertainty.margin as demand_factor,
    1e0 - scenarios.direction * uncertainty.margin as supply_factor
  from stg_uncertainty as uncertainty
  cross join scenarios
)

select * from int_scenario_factors
