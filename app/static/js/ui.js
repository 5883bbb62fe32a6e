// Starts the behaviours of the page. Each module is one behaviour and finds its own elements by a data attribute,
// by delegation where it can, so fragments that arrive later work without a second start.
import { startBack } from "./back.js";
import { startDialogs } from "./dialogs.js";
import { startDrafts } from "./drafts.js";
import { startDrops } from "./drops.js";
import { startFolds } from "./folds.js";
import { startForms } from "./forms.js";
import { startWorker } from "./install.js";
import { startMenus } from "./menus.js";
import { rememberPerson } from "./person.js";
import { startPlans } from "./plan.js";
import { startPrinting } from "./printing.js";
import { startTabs } from "./tabs.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./times.js";
import { startTimezone } from "./timezone.js";
import { startToasts } from "./toasts.js";

rememberPerson();
startTheme();
startToasts();
startMenus();
startDialogs();
startTabs();
startDrops();
startPlans();
startFolds();
startForms();
startDrafts();
startTimes();
startTimezone();
startBack();
startPrinting();
startWorker();
