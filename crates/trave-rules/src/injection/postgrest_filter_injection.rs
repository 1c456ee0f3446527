//! Text of the caller's that becomes part of a condition which the API reads as text.

use trave_rule::model::Query;
use trave_rule::value::ClientRole;
use trave_rule::{Context, Level, rule};

#[rule]
fn postgrest_filter_injection(query: &Query, cx: &mut Context) {
    if query.in_script || !query.facts.goes_through_api() {
        return;
    }
    let mut spliced = query.facts.spliced.iter();
    let Some((spliced, input)) =
        spliced.find_map(|spliced| Some((spliced, spliced.value.unchanged_text()?)))
    else {
        return;
    };
    let Some(way) = cx.model().reached_from(query) else { return };
    let table = query.facts.table.as_deref().unwrap_or("rows");
    let title = input.title();
    let is_by_caller = query.facts.client.role == ClientRole::User;
    let finding = cx
        .report(
            spliced.origin,
            format!("the caller of {way} can add conditions of their own: {title} becomes one"),
        )
        .symbol(way)
        .once_at(spliced.origin)
        .here("part of a condition")
        .label(query.facts.origin, "sent here")
        .level(if is_by_caller { Level::Warning } else { Level::Error })
        .help(
            "use `.eq()`, `.ilike()` or `.in()`, which send values as such; inside `.or()`, take \
             commas, quotes and brackets out of the value first",
        );
    if is_by_caller {
        finding.note(format!("policies still decide which rows of `{table}` come back"));
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    fn handler(condition: &str) -> String {
        format!(
            "create table notes (id int primary key, title text not null unique, body text unique);
alter table notes enable row level security;
//- src/app/api/notes/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET(request: Request) {{
  const q = new URL(request.url).searchParams.get('q') ?? ''
  const {{ data }} = await supabase.from('notes').select('id').or({condition}).limit(10)
  return Response.json(data)
}}
"
        )
    }

    #[test]
    fn the_whole_condition_may_be_sent() {
        assert_eq!(findings(&super::RULE, &handler("q")).len(), 1);
    }

    #[test]
    fn numbers_and_constants_add_nothing() {
        check(&super::RULE, &handler("'title.eq.a,body.eq.b'"));
        check(&super::RULE, &handler("`id.eq.${Number(q)},title.eq.a`"));
    }

    #[test]
    fn what_was_cleaned_is_not_the_callers() {
        check(&super::RULE, &handler("`title.eq.${q.replace(/[,()\"]/g, '')},body.eq.b`"));
        // Also what is surely there, and quoted.
        let body = handler("`title.eq.${quoted(q)}`").replace(
            "const q = new URL(request.url).searchParams.get('q') ?? ''",
            "const { q } = await request.json()
  const quoted = (text: string) => `\"${text.replace(/[\\\\\"]/g, '\\\\$&')}\"`",
        );
        check(&super::RULE, &body);
    }

    #[test]
    fn two_values_of_one_query_are_one_problem() {
        let code = handler("`title.eq.${q},body.eq.${q}`");
        assert_eq!(findings(&super::RULE, &code).len(), 1);
    }

    #[test]
    fn a_uuid_adds_nothing() {
        for (schema, count) in [("z.string().uuid()", 0), ("z.uuid()", 0), ("z.string()", 1)] {
            let code = handler("`title.eq.${z_checked(q)},body.eq.b`");
            let check = format!(
                "import {{ z }} from 'zod'
const z_checked = (text: string) => {schema}.parse(text)
export async function GET"
            );
            let code = code.replace("export async function GET", &check);
            assert_eq!(findings(&super::RULE, &code).len(), count, "{schema}");
        }
    }
}
