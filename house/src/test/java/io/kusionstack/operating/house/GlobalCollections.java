package io.kusionstack.operating.house;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;

/** The other half of {@link GlobalState}: a constant declared as List, Set or Map that is made by a constructor. */
final class GlobalCollections {

    private static final Pattern OPEN_TYPES =
            Pattern.compile("(java\\.util\\.)?(Sequenced|Sorted|Navigable)?(Collection|List|Set|Map)(<.*)?");

    private GlobalCollections() {}

    static List<Finding> findings(JavaSource source) {
        List<Finding> findings = new ArrayList<>();
        if (source.isMain()) {
            new Constants(source, findings).scan(source.tree(), null);
        }
        return findings;
    }

    private static final class Constants extends TreeScanner<Void, Void> {

        private final JavaSource source;
        private final List<Finding> findings;

        Constants(JavaSource source, List<Finding> findings) {
            this.source = source;
            this.findings = findings;
        }

        @Override
        public Void visitVariable(VariableTree variable, Void nothing) {
            ExpressionTree value = variable.getInitializer();
            if (variable.getModifiers().getFlags().contains(Modifier.STATIC)
                    && value instanceof NewClassTree
                    && OPEN_TYPES.matcher(variable.getType().toString()).matches()) {
                findings.add(source.finding(
                        variable,
                        variable.getName() + " is static and " + value + ", which can change",
                        "Use List.of, Set.of or Map.of, or keep it in an object that Main creates"));
            }
            return super.visitVariable(variable, nothing);
        }
    }
}
