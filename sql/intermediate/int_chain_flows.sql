-- one row: a form or a step of the chain links, after the flow through the steps, deepest level first
-- answers: how much of a form passes all its steps (carried), how much reaches a step, or a form's last (inflow)
-- leaves out: forms without step, cells without room. A level is two thoughts: what meets there, what goes on
with at_fourth as (
  select
    quarter_index, cell, scenario, kind, link, level, step_1, step_2, step_3, room_kg,
    unmet_kg as carried_kg, 0e0 as inflow_kg,
    sum(unmet_kg) over (partition by quarter_index, cell, scenario, step_4) as inflow,
    max(case when level = 4 then room_kg else 0e0 end) over (partition by quarter_index, cell, scenario, step_4) as room
  from int_chain_links
),

past_fourth as (
  select
    quarter_index, cell, scenario, kind, link, level, step_1, step_2, step_3, room_kg,
    case
      when level >= 4 and inflow > room then carried_kg * room / nullif(1e0 * inflow, 0e0)
      else carried_kg
    end as carried_kg,
    case when level = 4 then inflow else inflow_kg end as inflow_kg
  from at_fourth
),

at_third as (
  select
    quarter_index, cell, scenario, kind, link, level, step_1, step_2, room_kg, carried_kg, inflow_kg,
    sum(carried_kg) over (partition by quarter_index, cell, scenario, step_3) as inflow,
    max(case when level = 3 then room_kg else 0e0 end) over (partition by quarter_index, cell, scenario, step_3) as room
  from past_fourth
),

past_third as (
  select
    quarter_index, cell, scenario, kind, link, level, step_1, step_2, room_kg,
    case
      when level >= 3 and inflow > room then carried_kg * room / nullif(1e0 * inflow, 0e0)
      else carried_kg
    end as carried_kg,
    case when level = 3 then inflow else inflow_kg end as inflow_kg
  from at_third
),

at_second as (
  select
    quarter_index, cell, scenario, kind, link, level, step_1, room_kg, carried_kg, inflow_kg,
    sum(carried_kg) over (partition by quarter_index, cell, scenario, step_2) as inflow,
    max(case when level = 2 then room_kg else 0e0 end) over (partition by quarter_index, cell, scenario, step_2) as room
  from past_third
),

past_second as (
  select
    quarter_index, cell, scenario, kind, link, level, step_1, room_kg,
    case
      when level >= 2 and inflow > room then carried_kg * room / nullif(1e0 * inflow, 0e0)
      else carried_kg
    end as carried_kg,
    case when level = 2 then inflow else inflow_kg end as inflow_kg
  from at_second
),

at_first as (
  select
    quarter_index, cell, scenario, kind, link, level, room_kg, carried_kg, inflow_kg,
    sum(carried_kg) over (partition by quarter_index, cell, scenario, step_1) as inflow,
    max(case when level = 1 then room_kg else 0e0 end) over (partition by quarter_index, cell, scenario, step_1) as room
  from past_second
),

past_first as (
  select
    quarter_index, cell, scenario, kind, link, level, room_kg,
    case
      when level >= 1 and inflow > room then carried_kg * room / nullif(1e0 * inflow, 0e0)
      else carried_kg
    end as carried_kg,
    case when level = 1 then inflow else inflow_kg end as inflow_kg
  from at_first
),

int_chain_flows as (
  select quarter_index, cell, scenario, kind, link, carried_kg, inflow_kg
  from past_first
)

select * from int_chain_flows
