-- one row: a form that a zone needs in one of the four quarters of the year, in one case
-- answers: its demand, and the zone's components of the gap shared out over the forms
-- leaves out: steps. Form kg; has_demand says whether the zone needs the product group at all
with shared as (
  select
    balances.quarter_index,
    balances.age,
    balances.cell,
    demand.form,
    balances.scenario,
    balances.has_demand,
    forms.yield,
    demand.local_kg + demand.unmet_kg as demand_kg,
    demand.local_kg,
    balances.procurable_kg,
    balances.diverted_gap_kg,
    balances.production_gap_kg,
    balances.processing_gap_kg,
    balances.chain_gap_kg,
    coalesce(processable.processable_kg / nullif(1e0 * balances.processable_kg, 0e0), 0e0) as processable_share,
    coalesce(
      greatest(0e0, demand.unmet_kg - coalesce(processable.processable_kg, 0e0))
        / nullif(1e0 * balances.held_kg, 0e0),
      0e0
    ) as held_share
  from int_zone_balances as balances
  join int_zone_demand as demand
    on demand.quarter_index = balances.quarter_index
    and demand.cell = balances.cell
    and demand.scenario = balances.scenario
  join int_cell_forms as forms on forms.cell = demand.cell and forms.form = demand.form
  left join int_forms_processable as processable
    on processable.quarter_index = demand.quarter_index
    and processable.cell = demand.cell
    and processable.form = demand.form
    and processable.scenario = demand.scenario
),

int_form_gaps as (
  select
    quarter_index,
    age,
    cell,
    form,
    scenario,
    has_demand,
    yield * demand_kg as demand_kg,
    yield * local_kg as purchased_local_kg,
    yield * processable_share * procurable_kg as procurable_kg,
    yield * processable_share * diverted_gap_kg as diverted_gap_kg,
    yield * processable_share * production_gap_kg as production_gap_kg,
    yield * held_share * processing_gap_kg as processing_gap_kg,
    yield * held_share * chain_gap_kg as chain_gap_kg
  from shared
)

select * from int_form_gaps
