//! A second reader as a witness: what we print, it can read.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use trave_sql::{Options, Statement, parse};

/// Queries that both understand.
const QUERIES: &[&str] = &[
    "select a, b as c from t where a = 1 and (b > 2 or not c) order by a desc nulls last limit 10 offset 5",
    "select t.*, count(*) over (partition by a order by b) from s.t as t group by 1 having count(*) > 1",
    "select * from a left join b on a.id = b.id cross join c natural join d inner join e using (x, y)",
    "with recursive c (n) as (select 1 union all select n + 1 from c where n < 5) select * from c",
    "select * from (select 1 as a) as s, unnest(array[1, 2]) as u (v) where exists (select 1 from t)",
    "select case when a then 'x' when b then 'y' else null end, case a when 1 then 2 end from t",
    "select a::text, cast(b as numeric(10, 2)), (c -> 'd') ->> 'e', f #>> '{a,b}', g @> '{}'::jsonb from t",
    "select a between 1 and 2, b not in (1, 2), c in (select 1), d like 'x%', e not ilike '%y' from t",
    "select a is null, b is not true, c is distinct from d, e = any (array[1]), f <> all (select 1) from t",
    "select extract(epoch from a), substring(b from 1 for 2), position('x' in c), trim(both 'x' from d) from t",
    "select distinct on (a) a, string_agg(distinct b, ',' order by b) filter (where b is not null) from t group by a",
    "select a || 'it''s', -b, +c, d ^ 2, e % 3, f ~* 'x', g at time zone 'utc' from t",
    "select 1 union select 2 except (select 3 intersect select 4)",
    "values (1, 'a'), (2, null)",
];

#[test]
fn what_is_printed_can_be_read_by_another() {
    for text in QUERIES {
        let accepts = |sql: &str| Parser::parse_sql(&PostgreSqlDialect {}, sql).is_ok();
        assert!(accepts(text), "the witness refuses {text}");
        let parsed = parse(text, Options::default());
        let [only] = parsed.statements.as_slice() else { panic!("{text}") };
        let Statement::Query(query) = &only.statement else { panic!("{:?}", only.statement) };
        let printed = query.to_string();
        assert!(accepts(&printed), "the witness refuses {printed}");
        let again = parse(&printed, Options::default());
        let Statement::Query(query) = &again.statements[0].statement else { panic!("{printed}") };
        assert_eq!(query.to_string(), printed);
    }
}
