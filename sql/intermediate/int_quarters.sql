-- one row: a quarter that the run looks at: the asked one, age 0, and the ten before it
-- answers: which quarters a stock is carried through, and which four make the year (age 3 and less)
-- leaves out: everything earlier
with params (quarter_index) as (values (:quarter_index)),

ages (age) as (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)),

int_quarters as (
  select cast(params.quarter_index - ages.age as bigint) as quarter_index, ages.age
  from ages
  cross join params
)

select * from int_quarters
