"""State words, severities and field names in the languages teams write their own notifiers in.

German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Russian, Korean, Japanese and Chinese; in small
letters, by their English meaning. It holds words only: where they count is decided as for English ones.
"""

FIRING = (
    "störung gestört ausgefallen ausfall fehlgeschlagen fehler ausgelöst panne en_panne échec échoué erreur déclenchée "
    "déclenché alerte indisponible hors_service caído caída fallo falla fallido disparada disparado alerta problema "
    "falha erro caiu inativo fora_do_ar guasto allarme non_disponibile errore storing uitgevallen mislukt "
    "awaria alarm błąd larm fel авария ошибка сбой проблема "
    "장애 오류 에러 障害 障害発生 発生 異常 アラート 告警 报警 故障 异常 触发"
)
RESOLVED = (
    "behoben gelöst wiederhergestellt erledigt entwarnung résolu résolue rétabli rétablie terminé resuelto resuelta "
    "recuperado recuperada restablecido restaurado cerrado solucionado resolvido resolvida normalizado restabelecido "
    "risolto risolta ripristinato opgelost hersteld rozwiązano naprawiono åtgärdad löst восстановлено "
    "устранено решено 復旧 解消 回復 復旧しました 恢复 已恢复 已解决 복구 해결 해소"
)
ACKNOWLEDGED = (
    "bestätigt quittiert übernommen acquitté acquittée pris_en_charge pris_en_compte reconocido reconocida confirmado "
    "reconhecido reconhecida preso_in_carico bevestigd 対応中 确认中 已确认"
)
SEVERITIES = {
    "critical": "kritisch critique crítico crítica critico critica kritiek urgente dringend krytyczny "
    "kritisk критическая критический "
    "심각 긴급 緊急 重大 严重 紧急",
    "high": "hoch élevé élevée haute alta alto hoog wysoki hög высокая высокий 高",
    "warning": "warnung avertissement advertencia aviso avviso waarschuwing ostrzeżenie varning "
    "предупреждение 경고 警告",
    "medium": "mittel moyen moyenne media média médio gemiddeld 中",
    "low": "niedrig faible basse baja baixa bassa laag 低",
}
_FIELDS = {
    "alert id": "告警id 报警id アラートid",
    "severity": "schweregrad gravité sévérité severidad gravedad severidade gravidade severità gravità ernst "
    "allvarlighetsgrad серьёзность "
    "重要度 深刻度 级别 严重程度",
    "priority": "priorität priorité criticité prioridad prioridade priorità prioriteit priorytet prioritet "
    "приоритет 優先度 优先级",
    "status": "zustand statut état estado stato toestand 状態 ステータス 状态",
    "service": "dienst servicio serviço servizio usługa tjänst сервис サービス 服务",
    "environment": "umgebung environnement entorno ambiente omgeving 環境 环境",
    "summary": "zusammenfassung résumé resumen resumo riepilogo samenvatting 概要 摘要",
}
FIELD_NAMES = {word: name for name, listed in _FIELDS.items() for word in listed.split()}
