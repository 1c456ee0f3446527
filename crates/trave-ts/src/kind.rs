//! What a syntax node is: the grammar's numbers, turned into one small enum when a grammar loads.

use tree_sitter::Language;

macro_rules! kinds {
    (
        nodes { $($node:ident $node_name:literal)* }
        tokens { $($token:ident $token_name:literal)* }
    ) => {
        /// The kind of a node.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Kind {
            /// A token that tells nothing: brackets, commas, keywords that the node repeats.
            Skip,
            /// A named node that nobody asks about.
            Unknown,
            /// Syntax that could not be read.
            Error,
            /// Any token between the operands of an operator expression.
            Operator,
            $($node,)*
            $($token,)*
        }

        const NODES: &[(&str, Kind)] = &[$(($node_name, Kind::$node),)*];
        const TOKENS: &[(&str, Kind)] = &[$(($token_name, Kind::$token),)*];
    };
}

kinds! {
    nodes {
        Program "program"
        AbstractClassDeclaration "abstract_class_declaration"
        AccessibilityModifier "accessibility_modifier"
        AmbientDeclaration "ambient_declaration"
        Arguments "arguments"
        Array "array"
        ArrayPattern "array_pattern"
        ArrayType "array_type"
        ArrowFunction "arrow_function"
        AsExpression "as_expression"
        AssignmentExpression "assignment_expression"
        AssignmentPattern "assignment_pattern"
        AugmentedAssignment "augmented_assignment_expression"
        AwaitExpression "await_expression"
        BinaryExpression "binary_expression"
        BreakStatement "break_statement"
        CallExpression "call_expression"
        CatchClause "catch_clause"
        Class "class"
        ClassBody "class_body"
        ClassDeclaration "class_declaration"
        ClassHeritage "class_heritage"
        ClassStaticBlock "class_static_block"
        Comment "comment"
        ComputedName "computed_property_name"
        ConditionalType "conditional_type"
        ContinueStatement "continue_statement"
        Decorator "decorator"
        DoStatement "do_statement"
        ElseClause "else_clause"
        EmptyStatement "empty_statement"
        EnumAssignment "enum_assignment"
        EnumBody "enum_body"
        EnumDeclaration "enum_declaration"
        ExportClause "export_clause"
        ExportSpecifier "export_specifier"
        ExportStatement "export_statement"
        ExpressionStatement "expression_statement"
        ExtendsClause "extends_clause"
        ExtendsTypeClause "extends_type_clause"
        False "false"
        FinallyClause "finally_clause"
        ForInStatement "for_in_statement"
        ForStatement "for_statement"
        FormalParameters "formal_parameters"
        FunctionDeclaration "function_declaration"
        FunctionExpression "function_expression"
        FunctionType "function_type"
        GeneratorDeclaration "generator_function_declaration"
        GeneratorExpression "generator_function"
        GenericType "generic_type"
        Identifier "identifier"
        IfStatement "if_statement"
        ImplementsClause "implements_clause"
        Import "import"
        ImportAlias "import_alias"
        ImportClause "import_clause"
        ImportRequire "import_require_clause"
        ImportSpecifier "import_specifier"
        ImportStatement "import_statement"
        InstantiationExpression "instantiation_expression"
        InterfaceBody "interface_body"
        InterfaceDeclaration "interface_declaration"
        InternalModule "internal_module"
        IntersectionType "intersection_type"
        JsxAttribute "jsx_attribute"
        JsxClosingElement "jsx_closing_element"
        JsxElement "jsx_element"
        JsxExpression "jsx_expression"
        JsxOpeningElement "jsx_opening_element"
        JsxSelfClosing "jsx_self_closing_element"
        JsxText "jsx_text"
        LabeledStatement "labeled_statement"
        LexicalDeclaration "lexical_declaration"
        LiteralType "literal_type"
        LookupType "lookup_type"
        MemberExpression "member_expression"
        MetaProperty "meta_property"
        MethodDefinition "method_definition"
        MethodSignature "method_signature"
        NamedImports "named_imports"
        NamespaceExport "namespace_export"
        NamespaceImport "namespace_import"
        NestedTypeIdentifier "nested_type_identifier"
        NewExpression "new_expression"
        NonNull "non_null_expression"
        Null "null"
        Number "number"
        Object "object"
        ObjectAssignmentPattern "object_assignment_pattern"
        ObjectPattern "object_pattern"
        ObjectType "object_type"
        OptionalChain "optional_chain"
        OptionalParameter "optional_parameter"
        OverrideModifier "override_modifier"
        Pair "pair"
        PairPattern "pair_pattern"
        Parenthesized "parenthesized_expression"
        ParenthesizedType "parenthesized_type"
        PredefinedType "predefined_type"
        PrivateName "private_property_identifier"
        PropertyName "property_identifier"
        PropertySignature "property_signature"
        PublicField "public_field_definition"
        ReadonlyType "readonly_type"
        Regex "regex"
        RequiredParameter "required_parameter"
        RestPattern "rest_pattern"
        ReturnStatement "return_statement"
        Satisfies "satisfies_expression"
        SequenceExpression "sequence_expression"
        ShorthandPattern "shorthand_property_identifier_pattern"
        ShorthandProperty "shorthand_property_identifier"
        SpreadElement "spread_element"
        StatementBlock "statement_block"
        StatementLabel "statement_identifier"
        String "string"
        Subscript "subscript_expression"
        Super "super"
        SwitchBody "switch_body"
        SwitchCase "switch_case"
        SwitchDefault "switch_default"
        SwitchStatement "switch_statement"
        TemplateLiteralType "template_literal_type"
        TemplateString "template_string"
        TemplateSubstitution "template_substitution"
        Ternary "ternary_expression"
        This "this"
        ThrowStatement "throw_statement"
        True "true"
        TryStatement "try_statement"
        TypeAlias "type_alias_declaration"
        TypeAnnotation "type_annotation"
        TypeArguments "type_arguments"
        TypeAssertion "type_assertion"
        TypeIdentifier "type_identifier"
        TypeParameters "type_parameters"
        TypeQuery "type_query"
        UnaryExpression "unary_expression"
        Undefined "undefined"
        UnionType "union_type"
        UpdateExpression "update_expression"
        VariableDeclaration "variable_declaration"
        VariableDeclarator "variable_declarator"
        WhileStatement "while_statement"
        WithStatement "with_statement"
        YieldExpression "yield_expression"
        // Types that tell nothing, and text that is read from the source itself.
        AssertsAnnotation "asserts_annotation"
        ConstructorType "constructor_type"
        EscapeSequence "escape_sequence"
        FunctionSignature "function_signature"
        IndexSignature "index_signature"
        StringFragment "string_fragment"
        TupleType "tuple_type"
        TypePredicateAnnotation "type_predicate_annotation"
    }
    tokens {
        AsyncToken "async"
        CommaToken ","
        ConstToken "const"
        DefaultToken "default"
        GetToken "get"
        InToken "in"
        LetToken "let"
        OfToken "of"
        QuestionDotToken "?."
        ReadonlyToken "readonly"
        SetToken "set"
        StarToken "*"
        StaticToken "static"
        TypeToken "type"
        TypeofToken "typeof"
        VarToken "var"
    }
}

/// The number that tree-sitter gives to an ERROR node.
const ERROR_NUMBER: u16 = u16::MAX;

/// Turns the numbers of one grammar into kinds.
pub(crate) struct Kinds {
    by_number: Vec<Kind>,
}

impl Kinds {
    pub(crate) fn new(language: &Language) -> Self {
        let numbers = 0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        Self { by_number: numbers.map(|number| kind_of(language, number)).collect() }
    }

    pub(crate) fn get(&self, number: u16) -> Kind {
        let unlisted = if number == ERROR_NUMBER { Kind::Error } else { Kind::Unknown };
        self.by_number.get(usize::from(number)).copied().unwrap_or(unlisted)
    }
}

fn kind_of(language: &Language, number: u16) -> Kind {
    let is_named = language.node_kind_is_named(number);
    let (list, other) = if is_named { (NODES, Kind::Unknown) } else { (TOKENS, Kind::Skip) };
    let name = language.node_kind_for_id(number).unwrap_or_default();
    list.iter().find(|(listed, _)| *listed == name).map_or(other, |(_, kind)| *kind)
}

impl Kind {
    /// Whether it is a token: no statement, expression, pattern, type or clause.
    pub(crate) fn is_token(self) -> bool {
        matches!(self, Self::Operator | Self::OptionalChain) || self as u8 >= Self::AsyncToken as u8
    }

    /// Whether the bytes say it all, so that nobody looks inside.
    pub(crate) fn is_leaf(self) -> bool {
        use Kind as K;
        matches!(
            self,
            K::Identifier
                | K::PropertyName
                | K::PrivateName
                | K::ShorthandProperty
                | K::ShorthandPattern
                | K::TypeIdentifier
                | K::StatementLabel
                | K::String
                | K::Number
                | K::Regex
                | K::True
                | K::False
                | K::Null
                | K::Undefined
                | K::This
                | K::Super
                | K::Import
                | K::MetaProperty
                | K::Comment
                | K::JsxText
                | K::EmptyStatement
                | K::AccessibilityModifier
                | K::OverrideModifier
        ) || self.is_token()
            || self.is_opaque()
    }

    /// Whether it is syntax of types, or text, in which nothing can matter.
    fn is_opaque(self) -> bool {
        use Kind as K;
        matches!(
            self,
            K::PredefinedType
                | K::TypeParameters
                | K::ConditionalType
                | K::FunctionType
                | K::ConstructorType
                | K::TemplateLiteralType
                | K::TupleType
                | K::JsxClosingElement
                | K::AssertsAnnotation
                | K::TypePredicateAnnotation
                | K::FunctionSignature
                | K::MethodSignature
                | K::IndexSignature
                | K::AmbientDeclaration
        )
    }

    /// Whether its tokens are operators.
    pub(crate) fn has_operator(self) -> bool {
        matches!(
            self,
            Self::BinaryExpression
                | Self::UnaryExpression
                | Self::UpdateExpression
                | Self::AugmentedAssignment
        )
    }

    /// Whether it makes a function with a scope of its own.
    pub(crate) fn is_function(self) -> bool {
        matches!(
            self,
            Self::FunctionDeclaration
                | Self::FunctionExpression
                | Self::GeneratorDeclaration
                | Self::GeneratorExpression
                | Self::ArrowFunction
                | Self::MethodDefinition
        )
    }
}
