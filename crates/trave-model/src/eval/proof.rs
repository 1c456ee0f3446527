//! What conditions prove besides asking for the caller by name: rows that only some callers see,
//! answers of other services, and constants that say that nobody is asked.

use trave_backend::effect::Effect;
use trave_backend::query::{Operation, Query};
use trave_backend::value::{ClientRole, Shape, Taint, Value};
use trave_catalog::QualifiedName;
use trave_ts::ir::{ExprId, ExprKind};

use super::narrow::Outcome;
use super::words::{asks_nobody, waives};
use super::{Evaluator, Level};

impl Evaluator<'_> {
    /// The places that a condition names, with what they hold.
    fn places_in(&mut self, test: ExprId) -> Vec<(ExprId, Value)> {
        let mut places = Vec::new();
        self.here.module.walk(test, &mut |id, expr| {
            if matches!(expr.kind, ExprKind::Name(_) | ExprKind::Member { .. }) {
                places.push(id);
            }
        });
        places.into_iter().filter_map(|id| Some((id, self.peek(id)?))).collect()
    }

    /// Whether a condition asks for a row that callers without a session do not see.
    pub(super) fn asks_own_row(&mut self, test: ExprId) -> bool {
        self.places_in(test).iter().any(|(_, value)| self.own_rows(value).is_some())
    }

    /// Whether a value is one row, or none, that callers without a session do not see.
    pub(super) fn is_own_row(&self, value: &Value) -> bool {
        self.own_rows(value).is_some_and(|query| query.single.is_some())
    }

    /// The query behind rows that callers without a session do not see: their own client asked for
    /// them, and no policy shows them any.
    fn own_rows(&self, value: &Value) -> Option<&Query> {
        let rows = value.alternatives().iter().find_map(|it| match it.shape {
            Shape::Rows(id) => Some(id),
            _ => None,
        })?;
        let query = &self.trace.query(rows)?.query;
        let client = &query.client;
        let is_own = client.role == ClientRole::User && client.session && !client.browser;
        let name = query.table.clone().filter(|_| is_own)?;
        let schema = query.schema.clone().unwrap_or_else(|| "public".into());
        self.cx.hides(query.origin.file, &QualifiedName { schema, name }).then_some(query)
    }

    /// Whether a condition compares what another service answered, that was asked with a secret of
    /// the program about something that the caller sent: paid or not, human or not.
    pub(super) fn asks_remote(&self, test: ExprId, taint: Taint) -> bool {
        let was_asked =
            taint.has(Taint::ENV) && taint.has(Taint::INPUT) && taint.has(Taint::UNKNOWN);
        was_asked && self.compares(test)
    }

    /// Whether a condition compares something with something that is there.
    fn compares(&self, test: ExprId) -> bool {
        let mut found = false;
        self.here.module.walk(test, &mut |_, expr| {
            if let ExprKind::Binary { op, left, right } = &expr.kind {
                let is_nothing = |side: ExprId| {
                    let side = self.expr(side).map(|expr| &expr.kind);
                    matches!(side, Some(ExprKind::Null | ExprKind::Undefined | ExprKind::Bool(_)))
                };
                let is_equality = matches!(op.as_str(), "===" | "==" | "!==" | "!=");
                found |= is_equality && !is_nothing(*left) && !is_nothing(*right);
            }
        });
        found
    }

    /// Whether only preflight requests get where a condition turns out so.
    pub(super) fn is_preflight(&self, test: ExprId, outcome: Outcome) -> bool {
        let Some(ExprKind::Binary { op, left, right }) = self.expr(test).map(|expr| &expr.kind)
        else {
            return false;
        };
        let is_options = |side: ExprId| {
            let side = self.expr(side).map(|expr| &expr.kind);
            matches!(side, Some(ExprKind::String(method)) if method == "OPTIONS")
        };
        let compares_so = match op.as_str() {
            "===" | "==" => outcome.holds(),
            "!==" | "!=" => !outcome.holds(),
            _ => false,
        };
        compares_so && (is_options(*left) || is_options(*right))
    }

    /// Whether a call that asks a text or a list may be about who is calling.
    pub(super) fn may_be_about_caller(&mut self, call: ExprId) -> bool {
        let telling = Taint::IDENTITY.and(Taint::ENV).and(Taint::HEADER).and(Taint::ROWS);
        // The request tells everything; what is asked here is a part of it.
        let is_whole = |value: &Value| matches!(value.shape, Shape::Library(_));
        self.places_in(call).iter().any(|(_, it)| it.taint.has(telling) && !is_whole(it))
    }

    /// A signature over rows was checked: what was read before was read to check it.
    pub(super) fn excuse_reads(&mut self) {
        for record in &mut self.trace.queries {
            if record.query.operation == Some(Operation::Select) {
                record.level = record.level.max(Level::Maybe);
            }
        }
    }

    /// Notes that a condition was decided by a constant that says that nobody is asked.
    pub(super) fn note_waiver(&mut self, test: ExprId) {
        let module = self.here.module;
        let mut names: Vec<(ExprId, bool)> = Vec::new();
        module.walk(test, &mut |id, expr| {
            let name = match &expr.kind {
                ExprKind::Name(binding) => module.binding(*binding).map(|it| it.name.as_str()),
                ExprKind::Member { property, .. } => Some(property.as_str()),
                _ => None,
            };
            if let Some(name) = name.filter(|name| waives(name)) {
                names.push((id, asks_nobody(name)));
            }
        });
        for (place, wanted) in names {
            let value = self.peek(place);
            let is_said =
                value.is_some_and(|it| matches!(it.shape, Shape::Bool(it) if it == wanted));
            if is_said {
                let origin = self.origin(place);
                self.push(Effect::Waived(origin));
                return;
            }
        }
    }
}

/// Whether no policy shows a row of a table to callers without a session.
#[cfg(test)]
mod tests {
    use crate::testing::{describe, model};

    fn described(handler: &str) -> String {
        let text = format!(
            "import {{ createClient }} from '@supabase/supabase-js'
            import Stripe from 'stripe'
            import {{ createHmac, timingSafeEqual }} from 'crypto'
            const admin = createClient(process.env.URL!, process.env.SERVICE_ROLE_KEY!)
            {handler}"
        );
        describe(&model(&[("app/api/x/route.ts", &text)]))
    }

    #[test]
    fn an_answer_of_another_service_about_what_was_sent_may_guard() {
        let found = described(
            "function stripe() {
               const key = process.env.STRIPE_SECRET_KEY
               if (!key?.startsWith('sk_')) throw new Error('not configured')
               return new Stripe(key)
            }
            async function settle(session_id: string, id: string) {
              const session = await stripe().checkout.sessions.retrieve(session_id, { expand: ['x'] })
              if (session.payment_status !== 'paid') throw new Error('not paid')
              await admin.from('orders').update({ status: 'paid' }).eq('id', id)
            }
            export async function GET(request: Request) {
              const query = new URL(request.url).searchParams
              try {
                await settle(query.get('session'), query.get('id'))
              } catch (error) { return new Response('no', { status: 400 }) }
              return new Response()
            }",
        );
        assert_eq!(found, "GET /api/x\n  guard\n  Update orders Service id Maybe depth 1\n");
    }

    #[test]
    fn a_setting_that_asks_nobody_is_a_statement() {
        let wrapper = "
            const enhance = (handler, config) => async (request: Request) => {
              if (config.auth ?? true) {
                if (request.headers.get('x-key') !== process.env.KEY) return new Response('no', { status: 401 })
              }
              return handler(request)
            }
            const handler = async () => Response.json(await admin.from('orders').select('id'))";
        for (config, is_waived) in [("{ auth: false }", true), ("{}", false)] {
            let text = format!("{wrapper}\nexport const POST = enhance(handler, {config})");
            let model = model(&[("app/api/x/route.ts", &text)]);
            let waived = model.routes.first().is_some_and(|route| route.waived.is_some());
            assert_eq!(waived, is_waived, "{config}");
        }
    }

    #[test]
    fn what_only_preflight_requests_reach_is_no_way_in() {
        let found = described(
            "const withKey = async (request: Request, next: () => Promise<Response>) => {
              if (request.method === 'OPTIONS') return await next()
              if (request.headers.get('x-key') !== process.env.KEY) return new Response('no', { status: 401 })
              return await next()
            }
            export async function POST(request: Request) {
              return withKey(request, async () => {
                await admin.from('orders').delete().eq('id', 1)
                return new Response()
              })
            }",
        );
        assert!(!found.contains(" No"), "{found}");
    }

    #[test]
    fn a_signature_over_a_row_excuses_reading_it() {
        let found = described(
            "function sign(text: string) {
              return createHmac('sha256', process.env.SECRET!).update(text).digest('hex')
            }
            function isRight(fields: { address: string; signature: string }) {
              const right = Buffer.from(sign(fields.address))
              const given = Buffer.from(fields.signature)
              return right.length === given.length && timingSafeEqual(right, given)
            }
            export async function GET(request: Request) {
              const query = new URL(request.url).searchParams
              const { data } = await admin.from('letters').select('address').eq('id', query.get('id')).single()
              if (!isRight({ address: data.address, signature: query.get('signature') })) return new Response('no', { status: 403 })
              const { data: letter } = await admin.from('letters').select('*').eq('id', query.get('id')).single()
              return Response.json(letter)
            }",
        );
        let expected = "GET /api/x
  Select letters Service id Maybe
  guard
  Select letters Service id Yes Answered
";
        assert_eq!(found, expected);
    }
}
