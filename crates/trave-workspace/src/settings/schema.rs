//! The JSON schema of `trave.toml`, for editors.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use trave_engine::Preset;

use super::Settings;

/// The JSON schema of `trave.toml`; `rules` are the ids of every rule there is.
pub fn json_schema(rules: &[&str]) -> Value {
    let mut generator = SchemaGenerator::new(SchemaSettings::draft07());
    let mut schema = generator.root_schema_for::<Settings>().to_value();
    let mut names: Vec<&str> = rules.to_vec();
    names.extend(rules.iter().filter_map(|rule| Some(rule.split_once('/')?.0)));
    names.sort_unstable();
    names.dedup();
    let names = json!({ "enum": names });
    let presets = json!({ "enum": Preset::ALL.map(Preset::name) });
    let extended = json!({ "anyOf": [presets, { "type": "string" }] });
    let ignored = json!([names]);
    for (place, key, value) in [
        ("/properties/rules", "propertyNames", &names),
        ("/definitions/OverrideEntry/properties/rules", "propertyNames", &names),
        ("/definitions/IgnoreEntry/properties/rule", "allOf", &ignored),
        ("/properties/extends", "items", &extended),
        ("", "title", &json!("trave.toml")),
    ] {
        if let Some(object) = schema.pointer_mut(place).and_then(Value::as_object_mut) {
            object.insert(key.to_owned(), value.clone());
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::json_schema;

    #[test]
    fn every_key_is_described_and_rules_are_known() {
        let schema = json_schema(&["rls/open", "rls/leak", "jwt/old"]);
        let names = &schema["properties"]["rules"]["propertyNames"]["enum"];
        assert_eq!(*names, serde_json::json!(["jwt", "jwt/old", "rls", "rls/leak", "rls/open"]));
        assert_eq!(schema["additionalProperties"], false);
        for (key, value) in schema["properties"].as_object().unwrap() {
            let reference = value["allOf"][0]["$ref"].as_str().or(value["$ref"].as_str());
            assert!(value["description"].is_string() || reference.is_some(), "{key}: {value}");
        }
        let ignore = &schema["definitions"]["IgnoreEntry"];
        assert_eq!(ignore["required"], serde_json::json!(["rule", "object", "reason"]));
        assert_eq!(ignore["properties"]["rule"]["allOf"][0]["enum"].as_array().unwrap().len(), 5);
        let paths = &schema["definitions"]["OverrideEntry"]["properties"]["rules"];
        assert!(paths["propertyNames"].is_object());
    }
}
