import { createServerClient } from '@supabase/ssr';
export async function GET(request: Request) {
  const supabase = createServerClient(process.env.URL!, process.env.ANON_KEY!, {});
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) return new Response(null, { status: 401 });
  const { data } = await supabase
    .from('notes')
    .select('id, folder')
    .eq('owner_id', user.id)
    .order('id')
    .limit(20);
  return Response.json(data);
}
